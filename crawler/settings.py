"""How politely jianbao crawls by default. A job may be slower, never ruder.

Scrapy reads this module (``scrapy.cfg``); :mod:`crawler.run` adds what depends on the job.
"""

from __future__ import annotations

BOT_NAME = "jianbao"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# Politeness. One request at a time to a host, and a pause that grows with the server's own slowness.
ROBOTSTXT_OBEY = True  # there is no switch: crawler.run refuses to start without it
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 2  # Scrapy starts that many tasks for every response; ours give one page each
DOWNLOAD_DELAY = 1.0  # seconds, the least between two requests to one host
DOWNLOAD_DELAY_JITTER = 0  # jitter would go below the pause a site asked for
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0
RETRY_TIMES = 2
RETRY_AFTER_MAX = 600  # seconds a host is left alone at most when its Retry-After asks for more
COOKIES_ENABLED = False  # a reader without a session: nothing to track, nothing personal in the archive
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.3",
}

# Limits: what no page of news needs.
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # bytes, before and after decompression
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5
HEADERS_MAXSIZE = 64 * 1024  # bytes of a response before its body
SITEMAP_MAX_ENTRIES = 50_000  # the protocol's own limit for one file
SITEMAP_MAX_FILES = 50
FEED_MAX_ENTRIES = 2_000
PAGES_IN_MEMORY = 500  # of a site, waiting to be fetched; the others wait in the ledger

# Order: what is found first is fetched first (a list shows its newest article first), near pages before far ones.
SCHEDULER = "crawler.scheduling.scheduler.FrontierScheduler"
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
METAREFRESH_MAXDELAY = 5

# What an archive is to hold is what the network serves, as Heritrix and other archiving crawlers have it: many regional
# papers' certificates have run out. A job can ask for more (`verify_tls`).
DOWNLOAD_VERIFY_CERTIFICATES = False
DOWNLOAD_HANDLERS = {
    "http": "crawler.middlewares.http_handler.BoundedHandler",
    "https": "crawler.middlewares.http_handler.BoundedHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.address_guard.GuardMiddleware": 20,
    "crawler.middlewares.browser_rendering.BrowserRendering": 30,  # the last to see a response, before the spider
    "crawler.middlewares.conditional_get.ConditionalGet": 50,
    "crawler.middlewares.politeness.CrawlBudget": 60,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # Site.owns decides, ports included
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.politeness.RobotsRules": 100,
    "crawler.middlewares.tdm_reservation.TdmReservationMiddleware": 110,
    "crawler.middlewares.script_redirect.ScriptRedirects": 579,  # as refreshes: the body is decompressed by then
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "crawler.middlewares.redirects.PageRefreshes": 580,  # where Scrapy has its own
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.middlewares.redirects.StatusRedirects": 600,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
}
# Each of these is a generator around every item; what they do the spider does itself (errors, depth, length).
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
EXTENSIONS = {
    "scrapy.extensions.throttle.AutoThrottle": None,
    "crawler.middlewares.politeness.RequestPace": 0,
    "crawler.middlewares.warc_recorder.WarcRecorder": 0,
    "crawler.middlewares.address_guard.ContentGate": 0,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.logstats.LogStats": None,
}
ITEM_PIPELINES = {"crawler.pipelines.CleanAndKeep": 300}
TWISTED_DNS_RESOLVER = "crawler.middlewares.address_guard.GuardedResolver"
REQUEST_FINGERPRINTER_CLASS = "crawler.middlewares.politeness.CanonicalFingerprinter"

TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
MEMUSAGE_ENABLED = False
STATS_DUMP = False
LOG_LEVEL = "WARNING"
LOG_INSTALL_ROOT_HANDLER = False  # the program that calls decides where its log goes
