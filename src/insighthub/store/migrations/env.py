"""Runs migrations on the connection that ``State`` gives, within its transaction."""

from alembic import context

from insighthub.store.state_tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
