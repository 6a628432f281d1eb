"""What the files of the fictional borough's geography are called, by the setting under [places] that names each."""

FILES = {
    "areas": "areas.geojson",
    "postcodes": "postcodes.csv",
    "uprns": "uprns.csv",
    "premises": "premises.csv",
    "population": "population.csv",
    "deprivation": "deprivation.csv",
}
