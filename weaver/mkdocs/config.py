"""The plugin's options in ``mkdocs.yml``."""

from mkdocs.config import config_options as options
from mkdocs.config.base import Config


class WeaverConfig(Config):
    """``redirects`` maps addresses that pages once had to the ones that they have now."""

    redirects = options.DictOfItems(options.Type(str), default={})
