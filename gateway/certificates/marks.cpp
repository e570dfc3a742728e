#include "gateway/certificates/marks.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

namespace postern::gateway {
namespace {

std::uint64_t mixed(std::uint64_t so_far, std::uint64_t more) {
    so_far ^= more + 0x9e3779b97f4a7c15u + (so_far << 6u) + (so_far >> 2u);
    return so_far * 0xff51afd7ed558ccdu;
}

std::uint64_t mark_of(const struct stat& is) {
    std::uint64_t out = 1;
    for (auto part :
         {static_cast<std::uint64_t>(is.st_dev),
          static_cast<std::uint64_t>(is.st_ino),
          static_cast<std::uint64_t>(is.st_size),
          static_cast<std::uint64_t>(is.st_mtim.tv_sec),
          static_cast<std::uint64_t>(is.st_mtim.tv_nsec),
          static_cast<std::uint64_t>(is.st_ctim.tv_sec),
          static_cast<std::uint64_t>(is.st_ctim.tv_nsec)})
        out = mixed(out, part);
    return out | 1u; // never 0
}

// What is new in `now`, by name, and with the mark 0 what is gone.
std::vector<marked> differences(
    const std::vector<marked>& accepted, const std::vector<marked>& now
) {
    std::vector<marked> out;
    auto old = accepted.begin();
    for (auto& one : now) {
        for (; old != accepted.end() && old->name < one.name; ++old)
            out.push_back({old->name, 0});
        auto known = old != accepted.end() && old->name == one.name;
        if (!known || old->mark != one.mark) out.push_back(one);
        if (known) ++old;
    }
    for (; old != accepted.end(); ++old)
        out.push_back({old->name, 0});
    return out;
}

}

std::uint64_t mark_of_file(const std::string& path) { return mark_of_file(AT_FDCWD, path.c_str()); }

std::uint64_t mark_of_file(int folder, const char* name) {
    struct stat is {};
    return ::fstatat(folder, name, &is, 0) == 0 ? mark_of(is) : 0;
}

std::uint64_t mark_of_both(std::uint64_t one, std::uint64_t other) {
    return mixed(mixed(2, one), other) | 1u;
}

void settling::begin(std::vector<marked> accepted) {
    accepted_ = std::move(accepted);
    fresh_.clear();
}

std::vector<std::string> settling::look(const std::vector<marked>& now) {
    auto found = differences(accepted_, now);
    std::vector<marked> settled, moving;
    for (auto& one : found)
        (std::ranges::binary_search(fresh_, one.name, {}, &marked::name) &&
                 *std::ranges::lower_bound(fresh_, one.name, {}, &marked::name) == one
             ? settled
             : moving)
            .push_back(one);
    fresh_ = std::move(moving);
    std::vector<std::string> out;
    if (settled.empty()) return out;
    std::vector<marked> next;
    auto change = settled.begin();
    auto take = [&] {
        if (change->mark != 0) next.push_back(*change);
        out.push_back((change++)->name);
    };
    for (auto& old : accepted_) {
        while (change != settled.end() && change->name < old.name)
            take();
        if (change != settled.end() && change->name == old.name)
            take();
        else
            next.push_back(old);
    }
    while (change != settled.end())
        take();
    accepted_ = std::move(next);
    return out;
}

}
