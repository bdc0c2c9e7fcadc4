"""The battery, in the order in which it is told: every kind of fault that receivers meet in the wild has its exams."""
