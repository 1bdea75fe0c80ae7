"""The languages and clocks in which people are answered."""
