"""Who signs in to the console by way of somebody else: an OpenID provider says who it is, the directory knows them."""
