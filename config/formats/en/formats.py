"""Dates and times as records write them: sortable, and never without their zone."""

DATE_FORMAT = SHORT_DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i:s"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = r"Y-m-d H:i:s \U\T\C"
YEAR_MONTH_FORMAT = "F Y"
MONTH_DAY_FORMAT = "j F"
