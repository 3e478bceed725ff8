"""The legs of jianbao: thin shells around Scrapy, the small web, and the command line.

The way of an address from the seed file to the store, with the one type it has at each step:

==================  ========================================  ====================================================
where               type                                      what it says
==================  ========================================  ====================================================
seed file           ``cleaners.config.SeedEntry``             a line under ``seeds:``
page, feed          ``crawler.discover.FoundLink``            a link and its words, not yet judged
found               ``cleaners.store.DiscoveredUrl``          it is to be visited: site, kind, priority
known               ``cleaners.store.UrlState``               the same as the ledger has it, with what came of it
through Scrapy      ``crawler.request_context``               a ``Request`` carries one ``RequestContext``: site, what
                                                              was found, what is known, where its response is archived
from the spider     ``crawler.visits.SpiderItem``             a page (then the article or Drop) and its visits
into the ledger     ``cleaners.store.FetchResult``            what came of one visit: written with the article
==================  ========================================  ====================================================

``DiscoveredUrl`` is only what is known when a link is read, ``UrlState`` a row of the ledger, ``FetchResult`` what
changes that row: they are written by different sides at different times, which is why they are three.
"""
