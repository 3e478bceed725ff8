"""The legs of jianbao: thin shells around Scrapy, the small web, and the command line."""
