"""Is everybody behind an application who they say? What can be told without asking anybody (``embedded``),
and what a provider outside is asked, by an interface of few words (docs/identity-providers.md)."""
