"""Public pages kept as bytes, served while the counters they were made from stand."""
