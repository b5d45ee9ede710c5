"""The host's reader of records: the parameters text, or a UserComment of EXIF."""


def read_info_from_image(image):
    items = dict(image.info or {})
    return items.pop("parameters", None), items
