#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/report/source_text.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"
#include "config/value/words.hpp"

namespace postern::config {

namespace {

using S = server_settings;
using T = tls_settings;
using N = many_names_settings;
using C = certificate_settings;

constexpr unsigned anywhere = in_mail | in_server;

// A name as clients send it, or "*." in front of one, for one label.
struct served_name : plain_text {
    static std::string syntax() { return "a host name, or *. and a host name"; }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, std::string& field) {
        auto text = words[0].text;
        if (text.ends_with('.')) text.pop_back();
        auto rest = std::string_view(text);
        if (rest.starts_with("*.")) rest.remove_prefix(2);
        if (rest.empty() || !is_host_name(rest))
            return in.refuse(
                words[0].where,
                in_quotes(words[0].text) + " is not a name that a client can ask for",
                "write mail.example.org or *.example.org"
            );
        for (char& c : text)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        field = text;
        return true;
    }
};

// nginx's words, as far as they mean something where files are watched anyhow.
struct certificate_cache {
    using value_type = std::size_t;
    static std::string syntax() { return "off | max=number"; }
    static constexpr shape form{.also = booleans, .most = 3, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, std::size_t& field) {
        if (words.size() == 1 && words[0].text == "off") {
            field = 0;
            return true;
        }
        for (auto& w : words)
            if (w.text.starts_with("inactive=") || w.text.starts_with("valid="))
                return in.refuse(
                    w.where,
                    in_quotes(w.text) + " is not needed",
                    "certificates stay until room is needed for others, and files are watched "
                    "(ssl_certificate_watch)"
                );
        auto given = std::string_view(words[0].text);
        if (words.size() != 1 || !given.starts_with("max="))
            return in.refuse(words[0].where, "unknown word " + in_quotes(given), syntax());
        auto n = parse_number(given.substr(4));
        if (!n || *n == 0 || *n > 1'000'000)
            return in.refuse(words[0].where, in_quotes(given) + ": from 1 to 1000000 certificates");
        field = static_cast<std::size_t>(*n);
        return true;
    }
    static std::vector<std::string> write(std::size_t field, const folder&) {
        return {field == 0 ? "off" : "max=" + std::to_string(field)};
    }
    static std::vector<std::string_view> words() { return {"off", "max="}; }
};

constexpr row<S> rows[] = {
    bind<file_path, &S::tls, &T::names, &N::folder>(
        {.name = "ssl_certificate_dir",
         .where = anywhere,
         .summary = "A folder of PEM files with certificates for many names.",
         .more =
             "Each certificate serves the names that stand in it (its subject alternative names; "
             "without any, its common name). These files are looked for:\n\n"
             "`NAME.pem` or `NAME.crt`, a chain, with its key in the same file or in `NAME.key` "
             "or `NAME-key.pem` beside it; and `NAME/fullchain.pem` with `NAME/privkey.pem`, or "
             "`NAME/tls.crt` with `NAME/tls.key`, as certbot and Kubernetes write them. An OCSP "
             "response (`ssl_stapling_file`) is looked for beside each, in the file of the same "
             "name with `.ocsp` behind it: `NAME.pem.ocsp`. What begins with a dot, files "
             "with nothing but a key and all others are left alone. A file that cannot be used is "
             "a warning, and left "
             "out.\n\n"
             "At start, and when something there changes (`ssl_certificate_watch`), certificates "
             "are read and indexed; each is made ready to use when a client first asks for it. A "
             "key that does not fit is then named in the log, and `postern check` tries them "
             "all beforehand. Several certificates of one name may have keys of several types; "
             "of those with the same type the one that expires last is taken. Servers that name "
             "the same folder share what was read.",
         .by_default = "none",
         .when = matters::with_tls}
    ),
    bind<flag, &S::tls, &T::names, &N::reject_unknown>(
        {.name = "ssl_reject_unknown_sni",
         .where = anywhere,
         .summary = "Whether clients that ask for a name without a certificate are refused.",
         .more =
             "They get the alert `unrecognized_name` (RFC 6066). Otherwise they get the default "
             "certificate, and most likely refuse it themselves.\n\nA client that asks for no name "
             "at all (no SNI) always gets the default certificate: old mail programs are like "
             "that. "
             "The default is `ssl_certificate`; where it is not written, the first "
             "`[[mail.certificate]]`; else the folder's certificate for `server_name`, or the "
             "first "
             "one there in the order of file names. The names in `ssl_certificate` are known ones.",
         .when = matters::with_tls}
    ),
    bind<certificate_cache, &S::tls, &T::names, &N::cached>(
        {.name = "ssl_certificate_cache",
         .where = anywhere,
         .summary =
             "How many certificates of `ssl_certificate_dir` each worker keeps ready to use.",
         .more =
             "The least recently used one makes room for the next; making one ready takes a few "
             "milliseconds, keeping it 5 to 70 KiB, by the TLS library. `off` keeps none.",
         .when = matters::with_certificate_dir}
    ),
};

constexpr row<C> block_rows[] = {
    bind<named_file, &C::certificate>(
        {.name = "ssl_certificate",
         .where = in_certificate,
         .summary = "PEM file with a certificate for some names, then its chain.",
         .more =
             "It may hold the key too. Several blocks for one name are certificates with keys of "
             "several types. A server's own blocks replace those of `[mail]`.",
         .by_default = "must be written"}
    ),
    bind<named_file, &C::key>(
        {.name = "ssl_certificate_key",
         .where = in_certificate,
         .summary = "PEM file with the certificate's private key.",
         .by_default = "the certificate's own file"}
    ),
    bind<named_file, &C::staple>(
        {.name = "ssl_stapling_file",
         .where = in_certificate,
         .summary = "File with an OCSP response (DER or PEM) that is sent along with the "
                    "certificate.",
         .by_default = "none"}
    ),
    bind<list_of<served_name, true>, &C::names>(
        {.name = "names",
         .where = in_certificate,
         .summary = "The names whose clients get this certificate.",
         .more = "A name in which the first label is `*` stands for all that differ in that label "
                 "alone; an exact name comes first.",
         .by_default = "the names in the certificate"}
    ),
};

}

std::span<const row<server_settings>> many_names_rows() { return rows; }
std::span<const row<certificate_settings>> certificate_rows() { return block_rows; }

}
