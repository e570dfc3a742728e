#include "config/value/words.hpp"

#include "config/report/source_text.hpp"
#include "config/report/suggest.hpp"

namespace postern::config::detail {

std::string join_words(std::span<const choice> all, std::string_view between) {
    std::string out;
    for (auto& c : all)
        if (!c.missing) out += (out.empty() ? "" : std::string(between)) + std::string(c.word);
    return out;
}

std::optional<std::size_t> choose(const word& w, std::span<const choice> all, reading& in) {
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].word == w.text && all[i].missing) {
            in.refuse(
                w.where,
                in_quotes(w.text) + " is a word of nginx that postern does not have yet",
                "known here: " + join_words(all, ", ")
            );
            return std::nullopt;
        }
        if (all[i].word == w.text) return i;
        if (!all[i].missing) known.push_back(all[i].word);
    }
    auto hint = did_you_mean(w.text, known);
    in.refuse(
        w.where,
        "unknown word " + in_quotes(w.text),
        hint.empty() ? "known here: " + join_words(all, ", ") : hint
    );
    return std::nullopt;
}

}
