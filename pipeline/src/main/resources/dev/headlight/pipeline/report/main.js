showRun();
showAtlas();
showHeads();
showExamples();
if (window.describeHead) window.describeHead();
showLayers();
showRedundancy();
showEmbeddings();
document.documentElement.setAttribute("data-ready", "true");
