"""Every setting of the portal, read from the environment and safe by default.

What each variable does is listed in docs/settings.md. `SITE_URL` decides more than links: its host is
the one we answer to, and with https cookies are Secure, HSTS is sent and http redirects.
"""

from email.utils import formataddr
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from cryptography.fernet import Fernet
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from portal import env
from portal.env import BASE_DIR, VAR_DIR, ConfigurationError

DEBUG = env.boolean("DEBUG")
SECRET_KEY = env.text("SECRET_KEY")
# First encrypts, all decrypt: commenters' addresses. Losing them loses the addresses, by design.
DATA_KEYS = env.comma_separated("DATA_KEYS")
# First signs, all verify: the editorial history. Never SECRET_KEY, which rotates for other reasons.
HISTORY_KEYS = env.keyring("HISTORY_KEYS")
for key in DATA_KEYS:
    try:
        Fernet(key)
    except ValueError:
        raise ConfigurationError(
            "DATA_KEYS must be Fernet keys (32 bytes, URL-safe base64), separated by commas."
        ) from None

SITE_NAME = env.text("SITE_NAME", "Tariff & Transit")
SITE_URL = env.origin("SITE_URL", f"http://127.0.0.1:{env.integer('PORT', 8000)}")
site = urlsplit(SITE_URL)
SITE_IS_LOCAL = site.hostname in {"127.0.0.1", "localhost", "::1"}

OUR_HOST = f"[{site.hostname}]" if ":" in site.hostname else site.hostname  # as browsers write an IPv6 address
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if SITE_IS_LOCAL else [OUR_HOST]
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = site.scheme == "https"
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # probes ask inside, over plain http, and take a redirect for an answer
SECURE_HSTS_SECONDS = 31_536_000 if site.scheme == "https" else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = site.scheme == "https"
# The reverse proxy speaks plain http inside, and says how the reader came.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.boolean("BEHIND_PROXY") else None
# Only these are believed when they say whom they speak for (X-Forwarded-For), for the limits on comments.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day; ASVS 5.0 7.3.2
SESSION_SAVE_EVERY_REQUEST = True  # counted from the last request: nobody is put out in mid-story
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "portal.apps.NewsroomConfig",
    "news",
    "comments",
    "taggit",
    "ckeditor",
    "csp",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "portal.http.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.http.request_guard.RequestGuardMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.pagecache.middleware.PageCacheMiddleware",  # a cached page costs none of what follows
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.i18n.languages.LanguageMiddleware",  # the newsroom's language is the user's
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
APPEND_SLASH = True
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.site",
            ],
        },
    },
]

# SQLite: WAL so that readers and the writer do not block each other; IMMEDIATE because a deferred
# transaction that starts to write fails at once with "database is locked", whatever the timeout.
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"].endswith("sqlite3"):
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASE["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
else:
    DATABASE |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cached pages, as files unless CACHE_URL names a server; the counters that invalidate them are in the database.
CACHES = {"default": env.cache("CACHE_URL", f"filecache://{VAR_DIR / 'cache'}")}
CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 20_000)
if "redis" in CACHES["default"]["BACKEND"]:
    CACHES["default"]["BACKEND"] = "django.core.cache.backends.redis.RedisCache"
    CACHES["default"]["OPTIONS"] = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25}

vars().update(env.email("EMAIL_URL", "consolemail://"))
SITE_HOST = site.hostname
EMAIL_TIMEOUT = 30  # seconds; a mail server that hangs must not outlast a job's lease
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("FROM_EMAIL", formataddr((SITE_NAME, f"newsroom@{SITE_HOST}")))
# Where "comments are waiting" goes; empty: nowhere. At most one digest in so many minutes.
MODERATORS_EMAIL = env.text("MODERATORS_EMAIL", "")
MODERATORS_DIGEST_MINUTES = env.integer("MODERATORS_DIGEST_MINUTES", 15)

# Who must have read a text before readers get it: on, strict (the approver wrote none of it) or off.
FOUR_EYES = env.choice("FOUR_EYES", "on", ["on", "strict", "off"])
# How many characters one person alone may mend in a live story at once; 0: none.
TYPO_CHARACTERS = env.integer("TYPO_CHARACTERS", 20)

AUTH_USER_MODEL = "portal.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"

LANGUAGES = [("en", _("English")), ("pl", _("Polish"))]
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", "en", dict(LANGUAGES))
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "Europe/Brussels")
if TIME_ZONE not in available_timezones():
    raise ConfigurationError(f"TIME_ZONE is “{TIME_ZONE}”; set it to a name such as Europe/Warsaw.")

STATIC_URL = "/static/"
STATIC_ROOT = env.ensure_directory(VAR_DIR / "static")  # for those who collect; WhiteNoise wants it to exist
WHITENOISE_USE_FINDERS = True  # nothing to collect before a first start

LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A refusal and a reader's slip in a form are everyday answers, not worth a traceback in the log.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", "INFO", LOG_LEVELS)},
}

# The public site: no inline script or style, nothing from elsewhere, forms only to ourselves.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Only pages that show the editor: CKEditor 4's toolbar has inline handlers and injects style elements.
EDITOR_CSP = CONTENT_SECURITY_POLICY["DIRECTIVES"] | {
    "script-src-attr": [UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
}

# CKEditor 4 is past its end of life and was chosen all the same: its HTML is never trusted, every
# write path cleans it (news/body.py), so the reminder on each command would only hide other warnings.
SILENCED_SYSTEM_CHECKS = ["ckeditor.W001"]
CKEDITOR_CONFIGS = {
    "default": {
        "toolbar": "Custom",
        "toolbar_Custom": [
            ["Format", "Bold", "Italic", "Subscript", "Superscript", "RemoveFormat"],
            ["NumberedList", "BulletedList", "Blockquote"],
            ["Link", "Unlink", "RelatedLink"],
            ["Table", "HorizontalRule", "SpecialChar"],
            ["Undo", "Redo"],
            ["Find", "Maximize", "Source"],
        ],
        # divarea edits in the page itself: the iframe of the normal mode needs an inline script.
        "extraPlugins": "divarea,widget,relatedlink",
        "external_plugin_resources": [("relatedlink", "/static/news/editor/relatedlink/", "plugin.js")],
        "removePlugins": "exportpdf,scayt,wsc,flash,iframe,iframedialog,embed,embedbase,autoembed,about,smiley,forms,"
        "codesnippetgeshi,templates,print,preview,newpage,save,elementspath,resize,image,contextmenu,tabletools,liststyle,tableselection",
        "format_tags": "p;h2;h3;h4;pre",
        "versionCheck": False,
        "linkDefaultProtocol": "https://",
        "allowedContent": "p h2 h3 h4 strong em u s sub sup blockquote hr br pre code caption thead tbody tr;"
        " ul ol[start]; li; table; th[colspan,rowspan,scope]; td[colspan,rowspan]; a[!href,title,hreflang];"
        " div[!data-related]",
        "disallowedContent": "script; style; iframe; object; embed; *[on*]; *{*}",
        "removeDialogTabs": "link:advanced;link:target;table:advanced",
        "entities": False,
        "fillEmptyBlocks": False,
        "disableNativeSpellChecker": False,
        "height": "auto",
        "width": "100%",
    }
}
