// Lists of labels, in the order in which ties are broken, as clip-interrogator 0.6.0 reads them.
#pragma once

#include <string>
#include <vector>

namespace img2prompt {

// Where a list's lines come from: a file, or, with an empty path, the lines themselves.
struct LabelSource {
  std::string name;  // "artists"
  std::string path;
  std::vector<std::string> lines;
};

struct LabelList {
  std::string name;  // "flavors"
  std::vector<std::string>
      labels;  // duplicates and empty lines are kept: they are part of the hash
  // Other spellings of the same list whose cached embeddings serve as well.
  std::vector<std::vector<std::string>> accepted_variants = {};
  // What the file of cached embeddings is named for; "" = name.
  std::string cache_name = {};
  // Features stay float32; else they are rounded to float16, as clip-interrogator keeps them.
  bool full_precision = false;
};

enum class IllFormed { kReplace, kRefuse };

// The lines of a file: UTF-8 with ill-formed parts replaced or refused, a byte order mark dropped,
// ended by \n, \r or \r\n, stripped of white space as Python's str.strip() does.
// Throws InvalidArgument naming the file (and line) that cannot be read or is beyond the limits.
std::vector<std::string> read_label_lines(const std::string& path,
                                          IllFormed ill_formed = IllFormed::kReplace);

// The table `name` of the lines of its file. Artists become "by X" for all, then "inspired by X"
// for all; other lists are taken as they are.
LabelList make_label_list(const std::string& name, std::vector<std::string> lines);

// The table "trendings", which has no file: 18 sites, then "trending on", "featured on" and
// "... contest winner" of each. Release 0.6.0 writes "dribble", its later sources "dribbble": the
// released spelling is the list, the other an accepted variant.
LabelList trending_labels();

// sha256 of the labels joined by ",", in hex: what a cache file is recognised by.
std::string label_hash(const std::vector<std::string>& labels);

}  // namespace img2prompt
