"""The words everything else is said in: model, errors, legal names, digests."""
