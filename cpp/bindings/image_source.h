// Pictures across the border: what Python hands over as an Image, and an Image as a numpy array.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "engine/picture_source.h"
#include "image/image.h"

namespace img2prompt {

// source: str or os.PathLike (the file is read), bytes (decoded), or a numpy array uint8 [H, W, 3]
// (copied). Decodes with the GIL released. Throws InvalidArgument naming what is accepted for
// anything else, DecodeError for a bad picture, Error for a file that cannot be read. PIL images
// become arrays before they get here: python/img2prompt/images.py, core_source().
Image image_from_python(pybind11::handle source);

// Calls picture(index), with the GIL taken, when a picture is asked for, and decodes what it gives
// as above. `picture` must outlive the result.
PictureSource pictures_of(const pybind11::function& picture);

// uint8 [height, width, 3]; takes the pixels over without a copy.
pybind11::array_t<uint8_t> image_to_python(Image image);

}  // namespace img2prompt
