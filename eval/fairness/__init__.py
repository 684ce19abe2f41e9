"""Counterfactual fairness: what changes when only who people are changes?"""
