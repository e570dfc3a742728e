#include "config/nginx/statements.hpp"

#include "config/nginx/words.hpp"
#include "config/report/source_text.hpp"
#include "config/value/folder.hpp"

#include <algorithm>
#include <cstring>

namespace postern::config {

namespace {

constexpr std::size_t most_bytes = 4 << 20, most_files = 10000, most_words = 200000;
constexpr std::size_t deepest_include = 20, deepest_block = 32;

void add_line(std::vector<std::string>& to, std::string text) {
    if (text.empty() && !to.empty() && to.back().empty()) return;
    to.push_back(std::move(text));
}

// Messages show lines; a key that stands in one is not for them, nor for the log.
std::string without_keys(std::string_view text) {
    std::string out(text);
    constexpr std::string_view before = " \t\r\n\"'";
    for (std::size_t at = 0; (at = out.find("data:", at)) != out.npos;) {
        auto quote = at > 0 ? out[at - 1] : ' ';
        at += 5;
        if (before.find(quote) == before.npos) continue; // the end of another word
        bool is_quoted = quote == '"' || quote == '\'';
        auto end = is_quoted ? out.find(quote, at) : out.find_first_of(" \t\r\n;", at);
        for (; at < std::min(end, out.size()); ++at)
            if (out[at] != '\n') out[at] = '*';
    }
    return out;
}

class nginx_reader {
public:
    nginx_reader(
        const std::string& path, const nginx_files& files, findings& out, nginx_texts& texts
    )
        : base_(path), files_(files), out_(out), texts_(texts) {}

    // False when it stopped.
    bool read_main(const std::string& path) {
        root.is_block = true;
        root.where = {path, 0, 0};
        return read_file(path, root.where, root);
    }

    statement root;

private:
    bool read_file(const std::string& path, const place& named_at, statement& into);
    bool read_block(nginx_words&, statement& into, bool is_file, bool keep);
    bool read_statement(nginx_words&, statement& into, statement& one, bool keep);
    bool read_inner(nginx_words&, statement& one, bool keep);
    bool include(const statement&, statement& into);
    bool refuse(const place& where, std::string text, std::string hint = {}) {
        out_.error(where, std::move(text), std::move(hint));
        return false;
    }

    folder base_;
    const nginx_files& files_;
    findings& out_;
    nginx_texts& texts_;
    std::vector<std::string> open_;    // files that are being read, each by the one before
    std::vector<std::string> waiting_; // comments for the next statement
    std::size_t bytes_ = 0, read_ = 0, words_ = 0, depth_ = 0;
};

bool nginx_reader::read_file(const std::string& path, const place& named_at, statement& into) {
    if (std::ranges::find(open_, path) != open_.end())
        return refuse(named_at, in_quotes(path) + " includes itself");
    if (open_.size() == deepest_include)
        return refuse(named_at, "files include each other more than 20 deep");
    if (++read_ > most_files) return refuse(named_at, "more than 10000 files are included");
    auto answer = files_.read(path);
    if (!answer.bytes)
        return refuse(
            named_at, "cannot read " + in_quotes(path) + ": " + std::strerror(answer.error)
        );
    bytes_ += answer.bytes->reveal().size();
    if (bytes_ > most_bytes) return refuse(named_at, "all files together are larger than 4 MiB");
    texts_[path] = without_keys(answer.bytes->reveal());
    nginx_words words(answer.bytes->reveal(), path);
    open_.push_back(path);
    bool good = read_block(words, into, true, true);
    open_.pop_back();
    return good;
}

// Up to the end of the file, or to the brace that closes the block.
bool nginx_reader::read_block(nginx_words& from, statement& into, bool is_file, bool keep) {
    for (;;) {
        auto token = from.next();
        if (++words_ > most_words) return refuse(token.where, "more than 200000 words");
        switch (token.what) {
        case nginx_token::broken: return refuse(token.where, token.text);
        case nginx_token::comment:
        case nginx_token::empty_line:
            if (keep) add_line(waiting_, token.text);
            continue;
        case nginx_token::end:
            if (!is_file)
                return refuse(
                    token.where,
                    "unexpected end of file, expecting \"}\"",
                    "the block \"" + into.name + "\" begins in line " +
                        std::to_string(into.where.line)
                );
            break;
        case nginx_token::close:
            if (is_file) return refuse(token.where, "unexpected \"}\"");
            break;
        case nginx_token::semicolon:
        case nginx_token::open: return refuse(token.where, "unexpected \"" + token.text + "\"");
        case nginx_token::word: {
            statement one{std::move(token.text), std::move(token.where)};
            if (!read_statement(from, into, one, keep)) return false;
            continue;
        }
        }
        // At the end of an included file comments wait for what follows the include.
        if (!is_file || open_.size() == 1) std::swap(into.at_end, waiting_);
        return true;
    }
}

bool nginx_reader::read_statement(nginx_words& from, statement& into, statement& one, bool keep) {
    for (;;) {
        auto token = from.next();
        if (++words_ > most_words) return refuse(token.where, "more than 200000 words");
        switch (token.what) {
        case nginx_token::word: one.words.push_back({std::move(token.text), token.where}); continue;
        case nginx_token::comment:
            if (keep) add_line(waiting_, token.text);
            continue;
        case nginx_token::empty_line: continue;
        case nginx_token::broken: return refuse(token.where, token.text);
        case nginx_token::end:
            return refuse(
                token.where,
                "unexpected end of file, expecting \";\" or \"}\"",
                in_quotes(one.name) + " in line " + std::to_string(one.where.line) + " has no end"
            );
        case nginx_token::close: return refuse(token.where, "unexpected \"}\"");
        case nginx_token::open: one.is_block = true; break;
        case nginx_token::semicolon: break;
        }
        break;
    }
    if (!keep) {
        if (one.is_block && !read_inner(from, one, false)) return false;
        into.hides_files |= one.hides_files || (one.name == "include" && !one.is_block);
        return true;
    }
    std::swap(one.said.above, waiting_);
    waiting_.clear();
    if (auto beside = from.comment_beside()) one.said.beside = std::move(*beside);
    if (one.name == "include" && !one.is_block) return include(one, into);
    if (one.is_block &&
        !read_inner(from, one, one.name == "mail" || into.name == "mail" || one.name == "events"))
        return false;
    if (one.is_block)
        if (auto behind = from.comment_beside()) one.at_end.push_back(std::move(*behind));
    into.inner.push_back(std::move(one));
    return true;
}

bool nginx_reader::read_inner(nginx_words& from, statement& one, bool keep) {
    if (one.name.ends_with("_by_lua_block"))
        return from.skip_lua() ||
               refuse(one.where, "unexpected end of file, expecting \"}\" at the end of Lua code");
    if (++depth_ > deepest_block) return refuse(one.where, "blocks are more than 32 deep");
    bool good = read_block(from, one, false, keep);
    --depth_;
    return good;
}

// Names count from the folder of the main file. A pattern may fit nothing; a name may not.
bool nginx_reader::include(const statement& one, statement& into) {
    if (one.words.size() != 1)
        return refuse(one.where, "invalid number of arguments in \"include\" directive");
    auto lines = one.said.above;
    if (!one.said.beside.empty()) lines.push_back(one.said.beside);
    waiting_ = std::move(lines);
    auto path = base_.resolve(one.words[0].text);
    if (path.find_first_of("*?[") == path.npos) return read_file(path, one.words[0].where, into);
    for (auto& each : files_.find(path))
        if (!read_file(each, one.words[0].where, into)) return false;
    return true;
}

}

std::optional<statement> read_nginx(
    const std::string& path, const nginx_files& files, findings& out, nginx_texts& texts
) {
    nginx_reader reader(path, files, out, texts);
    if (!reader.read_main(path)) return std::nullopt;
    return std::move(reader.root);
}

}
