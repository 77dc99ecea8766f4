"""Plain Python without the ORM: readable and testable on its own."""
