"""Figures from predictions and labels. Basic ones need nothing beyond the base install."""
