// Every bound that reading metadata obeys, in one place, but for those that a format sets itself.
// All of them hold before memory is taken.
// What is beyond a bound is left out with a warning; the rest of the file is still read.
#pragma once

#include <cstddef>

namespace img2prompt {

// One text field, inflated. The largest known records are graphs of a few MiB.
constexpr size_t kMaxFieldBytes = size_t{8} << 20;

// All text fields of one file together. Text that was inflated and then refused counts too, so that
// many small bombs cost no more than one.
constexpr size_t kMaxTextBytes = size_t{16} << 20;

// A text or EXIF chunk of a PNG with its keyword, before it is inflated.
constexpr size_t kMaxTextChunkBytes = kMaxFieldBytes + 1024;

// What a JPEG spreads over segments (EXIF, long XMP, Photoshop's resources, a C2PA manifest),
// joined.
constexpr size_t kMaxJoinedBytes = size_t{8} << 20;

constexpr size_t kMaxFields = 4096;
constexpr size_t kMaxWarnings = 32;

// What inflates (zlib, gzip, Brotli) is stopped at the bound of what it becomes, so that no ratio
// of compression can exceed it: kMaxFieldBytes of a text, kMaxHiddenBytes of a hidden record.

// A record in JSON that is parsed into a tree of many times its size; its nesting; and the settings
// that are taken from it, since one is found by looking through all.
constexpr size_t kMaxRecordBytes = size_t{2} << 20;
constexpr int kMaxRecordDepth = 64;
constexpr size_t kMaxSettings = 1000;

// Records of other forms. A command (Dream's, Midjourney's) is split at every word; its switches
// become settings. Lists: LoRAs, characters, ControlNet's units, of which the WebUI shows few. A
// record may stand as text inside a record.
constexpr size_t kMaxCommandBytes = size_t{1} << 20;
constexpr size_t kMaxSwitches = 200;
constexpr size_t kMaxListItems = 100;
constexpr size_t kMaxControlUnits = 20;
constexpr int kMaxWrappings = 2;

// A keyword or tag name inside a warning is cut to this many bytes.
constexpr size_t kMaxQuotedBytes = 40;

// EXIF: directories inside directories (the picture's, Exif's, ...), each offset visited once, and
// the entries of all of them together.
constexpr int kMaxExifDepth = 4;
constexpr size_t kMaxExifEntries = 4096;
constexpr size_t kMaxSubDirectories = 16;  // of a TIFF, whose sizes alone are read

// HEIF: items of text and the pieces that each lies in; properties of items.
constexpr size_t kMaxTextItems = 16;
constexpr size_t kMaxExtents = 256;
constexpr size_t kMaxProperties = 4096;

// C2PA: boxes inside boxes, all of them together, and one value in CBOR or JSON.
constexpr int kMaxC2paDepth = 8;
constexpr size_t kMaxC2paBoxes = 4096;
constexpr size_t kMaxC2paValueBytes = size_t{1} << 20;

// CBOR: nesting, and values, each of which takes many times its encoded size. Claims of one kind
// that are told of a picture's making.
constexpr int kMaxCborDepth = 32;
constexpr size_t kMaxCborValues = 10000;
constexpr size_t kMaxClaims = 64;

// Hidden records: the payload, also inflated; what is inflated of a PNG's pixels to look for it (64
// megapixels of RGBA); a WebP's pixels, which are decoded as a whole; chunks before the pixels.
constexpr size_t kMaxHiddenBytes = size_t{4} << 20;
constexpr size_t kMaxHiddenPixelBytes = size_t{256} << 20;
constexpr size_t kMaxHiddenWebpPixels = 12000000;
constexpr size_t kMaxChunksBeforePixels = 100000;

// Hidden records that are taken out of one picture: one in alpha, one in the colours, and no
// endless search.
constexpr int kMaxHiddenRecords = 4;

// XMP: elements inside elements, and prefixes of namespaces that hold at once. No document type is
// read, so no entity beyond XML's own five exists to grow.
constexpr size_t kMaxXmpDepth = 64;
constexpr size_t kMaxXmpPrefixes = 64;

// ComfyUI's graphs. JSON values of one graph, at 16 bytes each, and their nesting; nodes, after the
// subgraphs were put in, links likewise, and subgraphs inside subgraphs.
constexpr size_t kMaxGraphValues = 1'000'000;
constexpr int kMaxGraphJsonDepth = 64;
constexpr size_t kMaxGraphNodes = 50'000;
constexpr size_t kMaxGraphLinks = 200'000;
constexpr int kMaxSubgraphDepth = 16;

// Reading such a graph: links followed one inside another, and for each thing that is looked for in
// it (a prompt, a model, ...), the inputs looked at, the text that its nodes may put together, and
// all such texts, each counted wherever it is handed on.
constexpr int kMaxGraphDepth = 128;
constexpr size_t kMaxGraphSteps = 500'000;
constexpr size_t kMaxGraphTextBytes = size_t{256} << 10;
constexpr size_t kMaxGraphTotalTextBytes = size_t{8} << 20;

// What of such a graph is looked at: nodes that save or show, passes of sampling one behind the
// other, latents that are put together, different prompts, checkpoints, scripts of a sampler, nodes
// between a sampler and the name that it takes, and between an output and a prompt beside no
// sampler.
constexpr size_t kMaxGraphOutputs = 64;
constexpr size_t kMaxPasses = 32;
constexpr size_t kMaxComposed = 16;
constexpr size_t kMaxGraphPrompts = 256;
constexpr size_t kMaxCheckpoints = 16;
constexpr int kMaxScripts = 8;
constexpr int kMaxNameHops = 8;
constexpr int kMaxOutputHops = 64;

}  // namespace img2prompt
