"""Articles of several pages: which pages belong together, and their texts as one.

Knows nothing of where pages come from: a crawl, a dump and an add-on ask for the pages, and hand over what they found.
"""

from cleaners.parts.addresses import address_of, may_name_parts, told_address
from cleaners.parts.assembly import JOINED, MOST_PARTS, ArticleAssembly, joined_drop, page_of, settled
from cleaners.parts.joining import by_itself, is_same_article, join_pages, joined_again
from cleaners.parts.pager import read_pager
from cleaners.parts.stream import JoinWindow, joined, joined_runs

__all__ = [
    "JOINED", "MOST_PARTS", "ArticleAssembly", "JoinWindow", "address_of", "by_itself", "is_same_article", "join_pages",
    "joined", "joined_again", "joined_drop", "joined_runs", "may_name_parts", "page_of", "read_pager", "settled",
    "told_address",
]  # fmt: skip
