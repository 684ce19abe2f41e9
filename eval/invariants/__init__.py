"""The contract's nine rules, checked on automatic twins of any case."""
