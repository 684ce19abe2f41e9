"""Did the last change help? Two sets of predictions for the same cases, pair by pair."""
