#include "config/directive/all.hpp"
#include "config/nginx/known.hpp"
#include "config/nginx/translation.hpp"
#include "config/report/source_text.hpp"
#include "config/report/suggest.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace postern::config {

namespace {

// What is left of it in the result, for people: a comment in one line.
std::string as_comment(const statement& s) {
    std::string out = "# not carried over: " + s.name;
    for (auto& w : s.words) // what stands behind "data:" may be a private key
        out += " " + (w.text.starts_with("data:") ? "\"data:…\"" : in_quotes(w.text));
    return out + (s.is_block ? " { … }" : ";");
}

// The comments right above a statement go with it when it goes; those further up were about more.
std::vector<std::string> without_last_run(std::vector<std::string> lines) {
    while (!lines.empty() && !lines.back().empty())
        lines.pop_back();
    return lines;
}

bool is_elsewhere(std::string_view block) { return block == "http" || block == "stream"; }

void add_lines(remarks& to, const remarks& more) {
    for (auto& line : more.above)
        if (!line.empty()) to.above.push_back(line);
    if (more.beside.empty()) return;
    to.beside += (to.beside.empty() ? "" : "  ") + more.beside;
}

// Whether a file's name was made to count from another folder.
bool names_another(const value& given, const std::string& written) {
    auto* first = &given;
    while (first->what == value::array && !first->items.empty())
        first = &first->items[0];
    return first->what == value::text && first->written != written &&
           !written.starts_with("syslog:");
}

class translator {
public:
    translator(const nginx_folders& folders, findings& out) : folders_(folders), out_(out) {}
    translation run(const statement&);

private:
    using lines = std::vector<std::string>;

    void level(const statement& from, block& to, unsigned context);
    lines take(const statement&, block& to, unsigned context);
    lines take_block(const statement&, block& to, unsigned context);
    lines take_mail(const statement&, block& to, unsigned context);
    lines take_events(const statement&);
    lines take_elsewhere(const statement&, unsigned context);
    lines carry_to(const statement&, block& to, unsigned context, const directive&);
    lines leave_out(const statement&, std::string text, std::string hint);
    lines leave_to_nginx(const statement&, std::string text, std::string hint);
    lines set_aside(const statement&);
    lines refuse(const statement&, std::string text);
    void keep_pid_for_nginx();

    const nginx_folders& folders_;
    findings& out_;
    translation made_;
    bool nginx_stays_ = false; // for what is not mail
    std::set<std::string> told_;
    bool has_events_ = false;
};

translator::lines translator::refuse(const statement& s, std::string text) {
    out_.error(s.where, std::move(text));
    return {};
}

translator::lines translator::leave_out(const statement& s, std::string text, std::string hint) {
    made_.whole = false;
    out_.warning(s.where, std::move(text), std::move(hint));
    return set_aside(s);
}

translator::lines translator::set_aside(const statement& s) {
    auto kept = s.said.above;
    kept.push_back(as_comment(s) + (s.said.beside.empty() ? "" : "  " + s.said.beside));
    return kept;
}

// Once each: one who has it in every server need not read it as often.
translator::lines translator::leave_to_nginx(
    const statement& s, std::string text, std::string hint
) {
    if (told_.insert(s.name).second) out_.note(s.where, std::move(text), std::move(hint));
    return without_last_run(s.said.above);
}

// Comments of what is not carried wait for what comes next.
void translator::level(const statement& from, block& to, unsigned context) {
    lines waiting;
    for (auto one : from.inner) {
        if (one.is_block && !waiting.empty()) waiting.emplace_back(); // not about the block alone
        waiting.insert(waiting.end(), one.said.above.begin(), one.said.above.end());
        one.said.above = std::move(waiting);
        waiting = take(one, to, context);
    }
    waiting.insert(waiting.end(), from.at_end.begin(), from.at_end.end());
    made_.said.of(to.where, "}").above = std::move(waiting);
}

translator::lines translator::take(const statement& s, block& to, unsigned context) {
    auto known = find_directives(s.name, context);
    if (s.is_block || s.name == "mail" || s.name == "server" || s.name == "events")
        return take_block(s, to, context);
    if (known.empty()) return take_elsewhere(s, context);
    return carry_to(s, to, context, *known[0]);
}

translator::lines translator::take_block(const statement& s, block& to, unsigned context) {
    auto inside = s.name == "mail"     ? in_main
                  : s.name == "server" ? in_mail
                  : s.name == "events" ? in_main
                                       : 0u;
    if (inside != 0 && !s.is_block)
        return refuse(s, "directive \"" + s.name + "\" has no opening \"{\"");
    if (inside != 0 && context != inside)
        return refuse(s, "\"" + s.name + "\" directive is not allowed here");
    if (inside != 0 && !s.words.empty())
        return refuse(s, "invalid number of arguments in \"" + s.name + "\" directive");
    if (s.name == "events") return take_events(s);
    if (inside != 0) return take_mail(s, to, context);
    if (is_elsewhere(s.name)) {
        nginx_stays_ = true;
        auto hint = s.hides_files ? "files that it includes are not read: nginx -t does so" : "";
        return leave_to_nginx(s, in_quotes(s.name) + " is left to nginx: postern takes mail", hint);
    }
    if (is_only_of_nginx(s.name) || !find_directives(s.name, ~0u).empty())
        return refuse(s, "directive \"" + s.name + "\" is not terminated by \";\"");
    return leave_out(s, "unknown block " + in_quotes(s.name) + "; it is left out", {});
}

translator::lines translator::take_mail(const statement& s, block& to, unsigned context) {
    bool again = context == in_main &&
                 std::ranges::any_of(to.blocks, [](auto& b) { return b.name == "mail"; });
    if (again) return refuse(s, "\"mail\" directive is duplicate");
    to.blocks.push_back({s.name, s.where, s.name == "server", {}, {}});
    made_.said.of(s.where, s.name) = s.said;
    level(s, to.blocks.back(), context == in_main ? in_mail : in_server);
    auto is_listen = [](auto& one) { return one.name == "listen"; };
    if (context == in_main || std::ranges::none_of(s.inner, is_listen) ||
        std::ranges::any_of(to.blocks.back().entries, is_listen))
        return {};
    to.blocks.pop_back();
    return leave_out(s, "this server is left out: it could listen nowhere", {});
}

// worker_connections stands at the top here.
translator::lines translator::take_events(const statement& s) {
    if (std::exchange(has_events_, true)) return refuse(s, "\"events\" directive is duplicate");
    std::string others;
    for (auto& inner : s.inner) {
        auto known = find_directives(inner.name, in_main);
        if (!known.empty()) {
            auto one = inner;
            one.said.above = without_last_run(s.said.above);
            one.said.above.insert(
                one.said.above.end(), inner.said.above.begin(), inner.said.above.end()
            );
            if (inner.name == "worker_connections")
                one.said.above.push_back("# nginx takes two of these for a session, postern one");
            carry_to(one, made_.root, in_main, *known[0]);
        } else {
            others += (others.empty() ? "" : ", ") + in_quotes(inner.name);
        }
    }
    if (!others.empty()) out_.note(s.where, "of \"events\" this means nothing here: " + others);
    return {};
}

// Not a directive of this level of postern's.
translator::lines translator::take_elsewhere(const statement& s, unsigned context) {
    if (!find_directives(s.name, ~0u).empty())
        return refuse(s, "\"" + s.name + "\" directive is not allowed here");
    if (is_elsewhere(s.name)) return refuse(s, "directive \"" + s.name + "\" has no opening \"{\"");
    if (is_without_mail(s.name))
        return leave_to_nginx(s, in_quotes(s.name) + " means nothing here", nginx_advice(s.name));
    if (is_only_of_nginx(s.name))
        return leave_out(
            s,
            in_quotes(s.name) + " is left out: postern does not have it yet",
            nginx_advice(s.name)
        );
    return leave_out(
        s,
        "unknown directive " + in_quotes(s.name) + "; it is left out",
        did_you_mean(s.name, names_in(context))
    );
}

translator::lines translator::carry_to(
    const statement& s, block& to, unsigned context, const directive& about
) {
    bool by_prefix = context == in_main || s.name == "error_log";
    auto& base = by_prefix ? folders_.prefix : folders_.files;
    auto given = carry(s, context, about, base, out_, made_.whole);
    if (!given) return set_aside(s);
    if (by_prefix && !folders_.prefix_is_known && names_another(*given, s.words[0].text))
        out_.note(
            s.words[0].where,
            s.name + ": nginx takes this name from its prefix; here it counts from the folder of "
                     "the file",
            "nginx -V prints the prefix; give it with --prefix"
        );
    auto first = std::ranges::find(to.entries, s.name, &entry::name);
    if (first == to.entries.end()) {
        made_.said.of(s.where, s.name) = s.said;
        to.entries.push_back({s.name, s.where, std::move(*given)});
        return {};
    }
    auto at = about.repeatable ? given->items[0].where : place{};
    if (!carry_again(*first, std::move(*given), about))
        return refuse(s, in_quotes(s.name) + " directive is duplicate");
    if (about.repeatable)
        made_.said.of(at) = s.said;
    else
        add_lines(made_.said.of(first->where, s.name), s.said);
    return {};
}

// Two programs cannot both write it; nginx goes on, for what is not mail.
void translator::keep_pid_for_nginx() {
    for (auto& e : made_.root.entries)
        if (nginx_stays_ && e.name == "pid")
            out_.note(
                e.where,
                "\"pid\" is left to nginx, which goes on beside postern",
                "give postern a file of its own, should something need one"
            );
    if (nginx_stays_) std::erase_if(made_.root.entries, [](auto& e) { return e.name == "pid"; });
}

translation translator::run(const statement& source) {
    made_.root.where = source.where;
    level(source, made_.root, in_main);
    keep_pid_for_nginx();
    auto is_mail = [](auto& b) { return b.name == "mail"; };
    if (std::ranges::none_of(made_.root.blocks, is_mail) && !out_.any_error())
        out_.error(source.where, "there is no \"mail\" block", "name the main nginx.conf");
    return std::move(made_);
}

}

translation translate(const statement& source, const nginx_folders& folders, findings& out) {
    return translator(folders, out).run(source);
}

}
