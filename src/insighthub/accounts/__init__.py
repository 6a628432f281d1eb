"""Who signs in: users, passwords, second factors, sessions, and sign-in by the council's own identity provider."""
