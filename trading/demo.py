def sign_ins() -> list[dict[str, str]]:
    return []
