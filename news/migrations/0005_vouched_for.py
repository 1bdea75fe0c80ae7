from django.db import migrations, models


def vouch_for_what_readers_see(apps, schema_editor):
    """Before small fixes and emergencies existed, two people had read whatever readers got."""
    WorkingCopy, Article = apps.get_model("news", "WorkingCopy"), apps.get_model("news", "Article")
    seen = Article.objects.filter(pk=models.OuterRef("pk")).values("live_revision")
    WorkingCopy.objects.update(vouched_for=models.Subquery(seen))


def forget_the_stages_nobody_knew(apps, schema_editor):
    """On the way back: before, a story was neither scheduled nor put aside."""
    copies = apps.get_model("news", "WorkingCopy").objects
    copies.filter(stage="scheduled").update(stage="approved")
    copies.filter(stage="discarded").update(stage="draft")


class Migration(migrations.Migration):
    # Apart from the column itself: PostgreSQL adds no foreign key to rows written in the same transaction.
    dependencies = [("news", "0004_workflow")]
    operations = [migrations.RunPython(vouch_for_what_readers_see, forget_the_stages_nobody_knew)]
