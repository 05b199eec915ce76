/* Charts: a neutral description (contexts.Chart as JSON) drawn by ECharts in the colours of the page. */
(function () {
  "use strict";
  const gx = window.gx;
  const drawn = new Map();

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const palette = () => [1, 2, 3, 4, 5, 6].map((index) => colour(`--gx-chart-${index}`));

  function axis(data, along) {
    const words = { color: colour("--gx-muted"), fontSize: 12 };
    return along
      ? {
          type: "category",
          data: data.categories,
          inverse: data.kind === "bar",
          axisTick: { show: false },
          axisLine: { lineStyle: { color: colour("--gx-line-2") } },
          axisLabel: { ...words, width: 120, overflow: "truncate" },
        }
      : {
          type: "value",
          name: data.unit,
          nameGap: 12,
          nameTextStyle: { ...words, align: "left" },
          axisLabel: { ...words, formatter: (value) => value.toLocaleString() },
          splitLine: { lineStyle: { color: colour("--gx-line") } },
        };
  }
  function tooltip() {
    return {
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("--gx-raised"),
      borderColor: colour("--gx-line-2"),
      borderWidth: 1,
      padding: [8, 12],
      textStyle: { color: colour("--gx-text"), fontSize: 12 },
    };
  }
  function label(data) {
    return {
      show: data.series.length === 1 && data.categories.length <= 24,
      color: colour("--gx-text-2"),
      fontSize: 12,
      position: data.kind === "bar" ? "right" : "top",
      formatter: (point) => point.value.toLocaleString(),
    };
  }
  function donut(data) {
    return {
      tooltip: { ...tooltip(), trigger: "item" },
      series: [
        {
          type: "pie",
          radius: ["52%", "76%"],
          itemStyle: { borderColor: colour("--gx-surface"), borderWidth: 2, borderRadius: 3 },
          label: { color: colour("--gx-text-2"), formatter: "{b}  {c}" },
          labelLine: { lineStyle: { color: colour("--gx-line-2") } },
          data: data.categories.map((name, index) => ({ name, value: data.series[0].values[index] })),
        },
      ],
    };
  }
  function cartesian(data) {
    const lying = data.kind === "bar";
    const line = data.kind === "line";
    return {
      grid: { left: 8, right: lying ? 56 : 12, top: data.series.length > 1 ? 40 : 30, bottom: 4, containLabel: true },
      tooltip: {
        ...tooltip(),
        trigger: "axis",
        axisPointer: { type: line ? "line" : "shadow", shadowStyle: { color: colour("--gx-hover"), opacity: 0.6 } },
      },
      legend: {
        show: data.series.length > 1,
        top: 0,
        right: 0,
        icon: "circle",
        itemWidth: 8,
        itemHeight: 8,
        textStyle: { color: colour("--gx-text-2"), fontSize: 12 },
      },
      [lying ? "yAxis" : "xAxis"]: axis(data, true),
      [lying ? "xAxis" : "yAxis"]: axis(data, false),
      series: data.series.slice(0, 6).map((one) => ({
        name: one.name,
        type: line ? "line" : "bar",
        data: one.values,
        stack: data.kind === "stack" ? "all" : undefined,
        label: line ? undefined : label(data),
        barMaxWidth: 26,
        itemStyle: { borderRadius: line || data.kind === "stack" ? 0 : lying ? [0, 4, 4, 0] : [4, 4, 0, 0] },
        symbolSize: 6,
        lineStyle: { width: 2 },
        smooth: false,
      })),
    };
  }
  const tone = (name) => colour({ "": "--gx-neutral", neutral: "--gx-neutral" }[name] || `--gx-${name}`);

  /** Who reports to whom: left to right, the colour of a point is the person's attitude. */
  function tree(data) {
    const words = { color: colour("--gx-text"), fontSize: 12, distance: 9 };
    const branch = ({ name, note, url, tone: mood, children }) => ({
      name,
      value: note,
      url,
      itemStyle: { color: tone(mood), borderColor: colour("--gx-surface"), borderWidth: 2 },
      children: children.map(branch),
    });
    return {
      tooltip: { ...tooltip(), trigger: "item", formatter: ({ data: one }) => [one.name, one.value].filter(Boolean).join("\n") },
      series: [
        {
          type: "tree",
          data: [{ ...branch(data.root), label: { position: "bottom", distance: 12, align: "center" } }],
          left: 90,
          right: 190,
          top: 12,
          bottom: 12,
          symbol: "circle",
          symbolSize: 15,
          initialTreeDepth: -1,
          expandAndCollapse: false,
          label: {
            ...words,
            position: "right",
            formatter: ({ data: one }) => (one.value ? `${one.name}\n{note|${one.value}}` : one.name),
            rich: { note: { color: colour("--gx-muted"), fontSize: 11, lineHeight: 15 } },
            width: 170,
            overflow: "truncate",
          },
          lineStyle: { color: colour("--gx-line-2"), width: 1.5, curveness: 0.5 },
          emphasis: { focus: "none" },
        },
      ],
    };
  }
  /** Who knows whom: the size of a point is the person's weight, the width of a line the strength of the relation. */
  function graph(data) {
    return {
      tooltip: {
        ...tooltip(),
        trigger: "item",
        formatter: ({ dataType, data: one }) => (dataType === "edge" ? one.words : [one.name, one.note].filter(Boolean).join("\n")),
      },
      series: [
        {
          type: "graph",
          layout: "circular",
          circular: { rotateLabel: false },
          top: 48,
          bottom: 48,
          left: 90,
          right: 90,
          roam: false,
          data: data.nodes.map((node) => ({
            ...node,
            symbolSize: 14 + 5 * Math.min(5, node.weight || 1),
            itemStyle: {
              color: tone(node.tone),
              borderColor: node.elsewhere ? colour("--gx-text-2") : colour("--gx-surface"),
              borderWidth: 2,
              borderType: node.elsewhere ? "dashed" : "solid",
            },
          })),
          links: data.links.map((link) => ({
            source: link.source,
            target: link.target,
            words: link.label,
            lineStyle: { width: 1 + Math.min(4, link.weight || 1) * 0.6, color: colour("--gx-line-2") },
            label: { show: data.links.length <= 20, formatter: link.label, color: colour("--gx-muted"), fontSize: 11 },
          })),
          label: { show: true, position: "bottom", color: colour("--gx-text"), fontSize: 12 },
          lineStyle: { curveness: 0.12 },
        },
      ],
    };
  }
  const KINDS = { donut, tree, graph };
  function options(data) {
    const motion = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    return {
      color: palette(),
      animation: motion,
      animationDuration: 150,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      aria: { enabled: true, label: { enabled: false }, decal: { show: matchMedia("(prefers-contrast: more)").matches } },
      ...(KINDS[data.kind] || cartesian)(data),
    };
  }
  /** ECharts is large: it is fetched by the first page that has a chart. */
  let library = null;
  function load() {
    library ||= new Promise((done) => {
      const script = gx.make("script");
      script.src = document.body.dataset.chartLibrary;
      script.addEventListener("load", done);
      document.head.append(script);
    });
    return library;
  }
  const HEIGHTS = {
    bar: (data) => Math.max(200, data.categories.length * 34 + 48),
    tree: (data) => Math.max(220, data.categories.length * 46 + 32),
    graph: (data) => Math.min(560, Math.max(320, data.nodes.length * 44)),
  };
  async function draw(place) {
    const data = JSON.parse(document.getElementById(place.dataset.gxChart).textContent);
    if (!data.categories.length) {
      place.textContent = gx.text("no_data");
      return;
    }
    if (HEIGHTS[data.kind]) place.style.height = `${HEIGHTS[data.kind](data)}px`;
    await load();
    if (!place.isConnected || drawn.has(place)) return;
    const chart = window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(options(data));
    chart.on("click", (event) => {
      const url = event.data && event.data.url !== undefined ? event.data.url : data.urls[event.dataIndex];
      if (url && event.dataType !== "edge") location.href = url;
    });
    drawn.set(place, { chart, data });
    new ResizeObserver(() => chart.resize()).observe(place);
  }
  function repaint() {
    for (const [place, { chart, data }] of drawn) {
      if (!place.isConnected) {
        chart.dispose();
        drawn.delete(place);
      } else chart.setOption(options(data), true);
    }
  }

  gx.each("[data-gx-chart]", draw);
  document.addEventListener("gx:theme", repaint);
})();
