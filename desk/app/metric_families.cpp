#include "desk/app/metric_families.hpp"

#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>

namespace desk::app {

MetricFamilies& MetricFamilies::family(std::string name, std::string help, prometheus::MetricType type) {
    families_.push_back({.name = std::move(name), .help = std::move(help), .type = type, .metric = {}});
    return *this;
}

MetricFamilies& MetricFamilies::add(double number, Labels labels) {
    prometheus::ClientMetric metric;
    for (const auto& [name, text] : labels) metric.label.push_back({std::string(name), std::string(text)});
    (families_.back().type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = number;
    families_.back().metric.push_back(std::move(metric));
    return *this;
}

void MetricFamilies::histogram(std::string name, std::string help, const Histogram& observed) {
    family(std::move(name), std::move(help), prometheus::MetricType::Histogram);
    prometheus::ClientMetric metric;
    std::uint64_t so_far = 0;
    for (std::size_t range = 0; range <= observed.size(); ++range) {
        so_far += observed.count(range);
        const bool last = range == observed.size();
        metric.histogram.bucket.push_back({so_far, last ? std::numeric_limits<double>::infinity() : observed.bound(range)});
    }
    metric.histogram.sample_count = so_far;
    metric.histogram.sample_sum = observed.sum();
    families_.back().metric.push_back(std::move(metric));
}

std::string MetricFamilies::text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return std::move(out).str();
}

}  // namespace desk::app
