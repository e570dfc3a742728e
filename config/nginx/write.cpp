#include "config/directive/all.hpp"
#include "config/nginx/translation.hpp"
#include "config/report/source_text.hpp"

#include <algorithm>

namespace postern::config {

namespace {

constexpr std::size_t widest = 100;

std::vector<std::string> words_of(const value& v) {
    std::vector<std::string> out;
    if (v.what != value::array) return {v.written};
    for (auto& item : v.items)
        out.push_back(item.written);
    return out;
}

bool is_array(const std::string& toml) { return toml.starts_with('['); }

class toml_writer {
public:
    explicit toml_writer(const translation& from) : from_(from) {}

    std::string run() {
        inside(from_.root, "", in_main);
        return std::move(out_);
    }

private:
    void inside(const block&, const std::string& path, unsigned context);
    void line(const entry&, const directive&);
    std::string list(const entry&, const directive&) const;
    std::string long_list(const entry&, const std::vector<std::string>&) const;
    void above(const remarks*, bool first);
    void end_line(const remarks*);
    static std::string comment(const std::string& text);

    const translation& from_;
    std::string out_;
};

// Nothing in it may end the line or be refused by TOML.
std::string toml_writer::comment(const std::string& text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '\t', ' ');
    return visible(spaced);
}

void toml_writer::above(const remarks* said, bool first) {
    if (!said) return;
    for (auto& text : said->above)
        if (!text.empty() || (!first && !out_.ends_with("\n\n"))) {
            out_ += comment(text) + "\n";
            first = false;
        }
}

void toml_writer::end_line(const remarks* said) {
    if (said && !said->beside.empty()) out_ += "  " + comment(said->beside);
    out_ += "\n";
}

// Each value a line of its own, with what was written around it.
std::string toml_writer::long_list(const entry& e, const std::vector<std::string>& items) const {
    std::string out = "[\n";
    for (std::size_t n = 0; n < items.size(); ++n) {
        auto said = n == 0 ? nullptr : from_.said.find(e.given.items[n].where);
        if (said)
            for (auto& text : said->above)
                if (!text.empty()) out += "    " + comment(text) + "\n";
        out += "    " + items[n] + ",";
        if (said && !said->beside.empty()) out += "  " + comment(said->beside);
        out += "\n";
    }
    return out + "]";
}

std::string toml_writer::list(const entry& e, const directive& about) const {
    std::vector<std::string> items;
    std::string all;
    bool has_remarks = false;
    for (auto& item : e.given.items) {
        items.push_back(words_to_toml(words_of(item), about.form->split));
        all += (all.empty() ? "" : ", ") + items.back();
        auto said = items.size() == 1 ? nullptr : from_.said.find(item.where);
        if (!said) continue;
        auto is_text = [](auto& text) { return !text.empty(); };
        has_remarks =
            has_remarks || !said->beside.empty() || std::ranges::any_of(said->above, is_text);
    }
    if (items.size() == 1 && !is_array(items[0])) return items[0];
    if (!has_remarks && e.name.size() + all.size() + 5 <= widest) return "[" + all + "]";
    return long_list(e, items);
}

void toml_writer::line(const entry& e, const directive& about) {
    out_ += e.name + " = ";
    out_ += about.repeatable ? list(e, about) : words_to_toml(words_of(e.given), about.form->split);
}

void toml_writer::inside(const block& b, const std::string& path, unsigned context) {
    bool first = true;
    for (auto& e : b.entries) {
        auto said = from_.said.find(e.where, e.name);
        above(said, first);
        line(e, *find_directives(e.name, context)[0]);
        end_line(said);
        first = false;
    }
    for (auto& inner : b.blocks) {
        auto name = path + inner.name;
        auto said = from_.said.find(inner.where, inner.name);
        if (!out_.empty() && !out_.ends_with("\n\n")) out_ += "\n";
        above(said, true);
        out_ += inner.repeated ? "[[" + name + "]]" : "[" + name + "]";
        end_line(said);
        inside(inner, name + ".", context == in_main ? in_mail : in_server);
    }
    above(from_.said.find(b.where, "}"), out_.empty());
}

}

std::string to_toml(const translation& from) { return toml_writer(from).run(); }

}
