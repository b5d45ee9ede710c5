// Work shared out over the threads that torch computes with.
#pragma once

#include <cstdint>
#include <functional>

namespace img2prompt {

// work(0), ..., work(parts - 1), on up to at::get_num_threads() threads in any order; returns when
// all are done. Inside another such call, or torch's own, one after the other. What work throws is
// thrown on.
//
// at::parallel_for is a template that runs serially in code compiled without OpenMP, as this is;
// torch's loop over a tensor is compiled with whatever torch has. Threads of our own would compete
// with torch's, which wait for their next product spinning.
void share_out(int64_t parts, const std::function<void(int64_t)>& work);

}  // namespace img2prompt
