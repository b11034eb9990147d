"""The good team's build: FastAPI, SQLAlchemy and procrastinate on PostgreSQL alone, each job in its press's transaction."""
