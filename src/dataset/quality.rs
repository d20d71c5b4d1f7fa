//! Facts about a table that deserve a look: missingness, ranges, duplicates.
