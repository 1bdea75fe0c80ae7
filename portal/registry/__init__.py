"""What the apps tell the roof of the house: each module keeps one list that apps fill while Django starts."""
