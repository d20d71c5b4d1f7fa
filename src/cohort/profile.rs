//! What sets a cluster apart: mean attribution and typical value per biomarker.
