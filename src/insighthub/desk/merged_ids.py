"""Which ids lead to a resident, as the desk asks it; see ``residents.merged_ids``."""

from insighthub.residents.merged_ids import id_now, ids_of

__all__ = ["id_now", "ids_of"]
