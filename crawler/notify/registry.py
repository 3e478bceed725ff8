"""From the file of watches to its channels."""

from __future__ import annotations

from cleaners.config import ChannelConfig
from cleaners.errors import UsageError
from crawler.notify.channel import Channel, plugin_named, secret
from crawler.notify.document import DocumentFile
from crawler.notify.feed_file import FeedFile
from crawler.notify.json_feed import json_feed_bytes
from crawler.notify.mail import Mail
from crawler.notify.rss import rss_bytes
from crawler.notify.webhook import Webhook


def open_channel(config: ChannelConfig) -> Channel:
    """The channel of an entry under ``channels:``.

    Raises UsageError, with the cure, where a secret is not set, or a package is not installed.
    """
    if config.rss is not None:
        return FeedFile(config.rss, rss_bytes, link=config.link)
    if config.json_feed is not None:
        return FeedFile(config.json_feed, json_feed_bytes, link=config.link)
    if config.document is not None:
        return DocumentFile(config.document)
    if (mail := config.mail) is not None:
        return Mail(mail, password=secret(mail.password_env) if mail.password_env else None)
    if (hook := config.webhook) is not None:
        url = hook.url or secret(hook.url_env or "")
        key = secret(hook.secret_env) if hook.secret_env else None
        return Webhook(url, secret=key, attempts=hook.attempts, timeout=hook.timeout)
    if config.apprise is not None:
        return _apprise(config.apprise.url_env)
    assert config.plugin is not None  # the file was checked
    return plugin_named(config.plugin.name).make(config.plugin.options)


def _apprise(variable: str) -> Channel:
    try:
        from crawler.notify.apprise_service import AppriseService
    except ModuleNotFoundError as missing:
        if missing.name != "apprise":
            raise
        raise UsageError("`apprise:` needs the extra `notify`: pip install 'jianbao[notify]'") from None
    return AppriseService(secret(variable), variable=variable)
