from modules import images


def run_pnginfo(image):
    if image is None:
        return "", "", ""
    geninfo, items = images.read_info_from_image(image)
    return "", geninfo, "".join(f"<p>{key}</p>" for key in items)
