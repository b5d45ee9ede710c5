#include "metadata/brotli.h"

#ifdef IMG2PROMPT_BROTLI
#include <brotli/decode.h>

#include <memory>
#endif

namespace img2prompt {

#ifdef IMG2PROMPT_BROTLI

bool has_brotli() { return true; }

Inflated decompress_brotli(ByteSpan stream, size_t limit) {
  Inflated out;
  std::unique_ptr<BrotliDecoderState, void (*)(BrotliDecoderState*)> decoder(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance);
  if (!decoder) return out;
  const uint8_t* in = stream.data();
  size_t in_left = stream.size();
  for (;;) {
    size_t no_room = 0;
    BrotliDecoderResult result =
        BrotliDecoderDecompressStream(decoder.get(), &in_left, &in, &no_room, nullptr, nullptr);
    size_t size = 0;  // 0 asks for all that there is
    while (const uint8_t* part = BrotliDecoderTakeOutput(decoder.get(), &size)) {
      if (size == 0) break;
      out.produced += size;
      if (out.produced > limit) {
        out.bytes = {};
        out.end = Inflated::End::kTooLarge;
        return out;
      }
      out.bytes.append(reinterpret_cast<const char*>(part), size);
      size = 0;
    }
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) continue;
    if (result == BROTLI_DECODER_RESULT_SUCCESS) out.end = Inflated::End::kWhole;
    return out;
  }
}

#else

bool has_brotli() { return false; }

Inflated decompress_brotli(ByteSpan, size_t) { return {}; }

#endif

}  // namespace img2prompt
