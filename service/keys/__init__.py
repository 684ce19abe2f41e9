"""Who calls, and what they may do: API keys in the store and from the environment."""
