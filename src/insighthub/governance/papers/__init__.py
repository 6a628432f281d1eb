"""Papers that the law asks for, written from the live configuration; and how a paper is set."""
