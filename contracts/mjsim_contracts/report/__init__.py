"""Reports: every check ends in one value, and each form in which it is shown is a function of that value."""
