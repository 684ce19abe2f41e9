"""Break-glass: an action without a clearance, when two named people answer for it, and somebody looks at it after."""
