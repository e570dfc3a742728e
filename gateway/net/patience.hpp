#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <map>

namespace postern::gateway {

// How long somebody may be silent, for any number of them with one timer: all have the same time,
// so they stand in the order in which they were heard, and only the first one's moment is waited
// for. To be heard costs a few pointers. It ends when the loop runs no more.
class patience {
public:
    using clock = std::chrono::steady_clock;

    // One who is to be heard now and then. Leaves its list by itself.
    class watched : public boost::intrusive::list_base_hook<> {
    public:
        watched() = default;
        watched(const watched&) = delete;
        watched& operator=(const watched&) = delete;

        // Is heard now, and has the patience of that one from now on.
        void watch(patience&);
        void heard();
        void forget();

    protected:
        virtual ~watched() { forget(); }

    private:
        friend class patience;
        virtual void too_silent() = 0; // it was forgotten before
        patience* by_ = nullptr;
        clock::time_point last_{};
    };

    patience(boost::asio::any_io_executor, std::chrono::milliseconds);
    ~patience(); // who is still watched is not any more
    patience(const patience&) = delete;
    patience& operator=(const patience&) = delete;

    std::chrono::milliseconds length() const { return length_; }
    std::size_t count() const { return all_.size(); }

private:
    void arm();
    void look();

    boost::asio::steady_timer timer_;
    std::chrono::milliseconds length_;
    boost::intrusive::list<watched> all_; // who was heard longest ago, first
    bool armed_ = false; // perhaps for one who has gone: then it wakes once for nothing
};

// One for each length that is asked for.
class patiences {
public:
    explicit patiences(boost::asio::any_io_executor where) : where_(std::move(where)) {}
    patience& of(std::chrono::milliseconds length) {
        return all_.try_emplace(length, where_, length).first->second;
    }

private:
    boost::asio::any_io_executor where_;
    std::map<std::chrono::milliseconds, patience> all_;
};

}
