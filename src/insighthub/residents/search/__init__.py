"""Search for residents: one box, any mix of what is known of somebody, ranked, with why each was found."""

from insighthub.residents.search.parts import QueryError
from insighthub.residents.search.search import Found, Search
from insighthub.residents.search.settings import SearchSettings
from insighthub.residents.search.tables import build_search

__all__ = ["Found", "QueryError", "Search", "SearchSettings", "build_search"]
