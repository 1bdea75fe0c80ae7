def health(now):
    return {"late": 0, "dead": 0}
