"""One record for each step of the workflow: nothing else has to be told that a step exists."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import override_settings
from django.utils import translation

import news
import portal
from news.admin.articles import step_buttons, step_presentation, timeline
from news.editorial import steps, workflow
from news.editorial.steps import RULES, Stage, Step
from news.models import WorkingCopy
from news.tests.factories import again, make_approved_copy, make_copy, make_live_article, make_user
from portal.audit import kinds

PRESENTATIONS = step_presentation.PRESENTATIONS


def modules() -> Iterator[str]:
    for package in (news, portal):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not {"tests", "migrations", "wsgi"} & set(module.name.split(".")):
                yield module.name


def test_every_step_has_a_rule_a_function_and_a_presentation():
    assert list(RULES) == list(Step)
    assert set(PRESENTATIONS) == set(Step)
    for step in Step:
        assert RULES[step].step == step and PRESENTATIONS[step].step == step
        assert inspect.getmodule(workflow.function_of(step)) is workflow


@pytest.mark.parametrize("step", Step)
def test_the_function_of_a_step_takes_what_the_step_asks_for(step):
    parameters = inspect.signature(workflow.function_of(step)).parameters
    own = set(parameters) - {"copy", "revision", "by"}
    assert list(parameters)[:2] == ["copy", "revision"] and "by" in parameters
    assert own >= set(RULES[step].inputs)
    needed = {name for name in own if parameters[name].default is inspect.Parameter.empty}
    assert needed <= set(RULES[step].inputs)


@pytest.mark.parametrize("step", Step)
def test_the_refusals_of_a_step_are_complete(step):
    """Whoever comes from the wrong stage reads a sentence; `discarded` has one for all steps."""
    rule = RULES[step]
    assert str(rule.not_allowed)
    assert set(Stage) - rule.stages - set(rule.wrong_stage) <= {Stage.DISCARDED}
    assert all(str(sentence) for sentence in rule.wrong_stage.values())
    assert rule.stages


@pytest.mark.django_db
def test_the_permissions_of_every_step_exist():
    codenames = {name.removeprefix("news.") for rule in RULES.values() for name in rule.permissions}
    assert all(rule.permissions for rule in RULES.values())
    assert set(Permission.objects.filter(codename__in=codenames).values_list("codename", flat=True)) == codenames


def test_every_step_leaves_one_kind_of_event_but_the_one_that_is_two_steps():
    names = [rule.audit_kind for rule in RULES.values() if rule.audit_kind]
    assert len(names) == len(set(names)) == len(Step) - 1
    assert RULES[Step.APPROVE_AND_PUBLISH].audit_kind == ""
    for rule in RULES.values():
        assert bool(rule.audit_sentence) == bool(rule.audit_kind)
        assert not rule.audit_kind or str(kinds.sentence_for(rule.audit_kind)) == str(rule.audit_sentence)


def test_the_timeline_has_a_look_for_every_kind_of_event_about_a_story():
    about_stories = {name for name, kind in kinds.registered().items() if "article" in kind.subjects}
    assert {kind for kind in about_stories if kind.startswith(("article.", "preview_link."))} == set(timeline.ENTRIES)


def test_every_step_that_gives_readers_a_text_waits_for_a_complete_and_untouched_one():
    for rule in RULES.values():
        if rule.publishes or rule.needs_approval or rule.is_approval:
            assert rule.gate == "readers", rule.step
        assert rule.publishes or not rule.is_break_glass


def test_what_verification_and_the_desk_look_for_follows_from_the_records():
    """A step that shows readers a text and were forgotten would fail every verification, or pass one unseen."""
    assert set(steps.BREAK_GLASS_KINDS) == {"article.typo_fixed", "article.published_unreviewed"}
    assert set(steps.LETTING_OUT_KINDS) == {"article.approved", "article.imported", *steps.BREAK_GLASS_KINDS}
    assert set(steps.PUBLISHING_KINDS) == {"article.published", "article.imported", *steps.BREAK_GLASS_KINDS}
    by_newsroom = {"article.published", "article.went_live", *steps.BREAK_GLASS_KINDS}
    assert set(steps.PUBLISHED_BY_NEWSROOM) == by_newsroom


def test_no_other_dict_is_keyed_by_steps():
    """Only the two records, and the functions of the workflow by the steps that they declare."""
    by_step = (RULES, PRESENTATIONS, workflow._functions)
    for name in modules():
        for variable, value in vars(importlib.import_module(name)).items():
            if isinstance(value, dict) and any(isinstance(key, Step) for key in value):
                assert any(value is known for known in by_step), f"{name}.{variable}"


def test_no_function_builds_a_dict_keyed_by_steps_either():
    """Such as the sentences of a screen; one that names a single step, to give it its hour, is none."""

    def is_step(node: ast.expr | None) -> bool:
        return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Step"

    for name in modules():
        source = Path(importlib.import_module(name).__file__)
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Dict):
                assert not any(is_step(key) for key in node.keys), f"{source.name}:{node.lineno}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fromkeys":
                named = [part for argument in node.args for part in ast.walk(argument) if isinstance(part, ast.Name)]
                assert "Step" not in {part.id for part in named}, f"{source.name}:{node.lineno}"


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("step", [step for step in Step if RULES[step].has_button])
def test_every_step_says_what_it_is_and_what_came_of_it(step, language):
    shown = PRESENTATIONS[step]
    with translation.override(language):
        assert str(shown.label) and str(shown.success)
        assert str(shown.consequence or shown.consequence_while_live)
    asks = bool(RULES[step].inputs) and step != Step.SCHEDULE  # whose hour is a field of the form
    assert not asks or shown.submit_label
    assert bool(shown.question) == ("reason" in RULES[step].inputs)
    in_form = set(shown.form.base_fields) if shown.form else set()
    rest = set(RULES[step].inputs) - {"reason"}
    assert step == Step.SCHEDULE or rest <= in_form | ({"at"} if "date" in in_form else set())


@pytest.mark.django_db
def test_what_is_hidden_is_no_way_around_a_refusal():
    """A button that is left out is refused all the same when somebody presses it."""
    copy, chief = make_live_article().working_copy, make_user("Chief editors")
    shown = {button.step for button in step_buttons.buttons(copy, by=chief, typed={})}
    for step in set(Step) - shown:
        revision = steps.revision_for(step, copy)
        inputs = {"at": None} if "at" in RULES[step].inputs else {}
        assert workflow.why_not(copy, step, revision, by=chief, **inputs), step


@pytest.mark.django_db
@override_settings(FOUR_EYES="on")
def test_a_button_stands_where_its_step_is_open_to_whoever_looks():
    chief, editor = make_user("Chief editors"), make_user("Editors")
    for copy in (make_copy(), make_approved_copy(), make_live_article().working_copy):
        for person in (chief, editor, copy.saved_by):
            copy = WorkingCopy.objects.get(pk=copy.pk)
            shown = {button.step: button for button in step_buttons.buttons(copy, by=person, typed={})}
            for step in Step:
                refusal = workflow.why_not(copy, step, steps.revision_for(step, copy), by=person)
                assert bool(refusal) or step in shown, (step, copy.stage)
                assert step not in shown or shown[step].is_open == (refusal == ""), step


@pytest.mark.django_db
def test_a_step_by_name_gets_what_it_asks_for_and_nothing_else():
    copy = make_copy()
    workflow.perform(Step.SUBMIT, copy, copy.latest_revision, by=copy.saved_by, reason="unasked", at=None, to=None)
    assert again(copy).stage == Stage.IN_REVIEW
    with pytest.raises(workflow.Refused, match="Say why"):
        workflow.perform(Step.RETURN, copy, copy.latest_revision, by=make_user("Editors"), reason=None)


@pytest.mark.django_db
def test_a_step_nobody_declared_is_refused_as_an_unknown_button():
    with pytest.raises(workflow.Refused, match="not known"):
        step_buttons.pressed("second_look:1:1", by=make_user("Chief editors"))
